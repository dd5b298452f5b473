import assert from 'node:assert/strict';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import type { PublisherKey } from '../../../../src/identity/publisher-key.ts';
import type { PublisherState } from '../../../../src/shared/model.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../src/worker/catalog/catalog.ts';
import { NameResolver } from '../../../../src/worker/registry/resolve-name.ts';
import type { NameQueries } from '../../../../src/worker/registry/resolve-name.ts';
import type { NameContext } from '../../../../src/worker/registry/name-choice.ts';
import { signedRecord, withFolder } from '../catalog/support.ts';

const NAME = 'prettier';
const { signal } = new AbortController();

interface World {
  readonly catalog: Catalog;
  readonly asked: string[];
  readonly publish: (key: PublisherKey, name?: string, mine?: boolean) => string;
  readonly setState: (key: PublisherKey, state: PublisherState | undefined) => void;
  readonly installFrom: (key: PublisherKey) => void;
  readonly resolve: (context?: NameContext) => Promise<string>;
}

/** @param answer what the network finds for a query */
async function inWorld(work: (world: World) => Promise<void>, answer?: (world: World, query: string) => void) {
  await withFolder(async (folder) => {
    const catalog = await openCatalog(folder);
    const asked: string[] = [];
    const ask = (query: string): Promise<void> => {
      asked.push(query);
      answer?.(world, query);
      return Promise.resolve();
    };
    const queries: NameQueries = {
      ofAnyone: (name) => ask(name),
      ofPublishers: (name, publishers) => ask(`${name} by ${publishers.join(', ')}`),
      ofPublisher: (name, publisher) => ask(`${publisher}/${name}`),
    };
    const resolver = new NameResolver({ catalog, isOnline: () => true }, queries);
    const world: World = {
      catalog,
      asked,
      publish: (key, name = NAME, mine = false) => {
        catalog.packages.upsert(signedRecord(key, name), { mine, now: Date.now() });
        return `${key.id}/${name}`;
      },
      setState: (key, state) => {
        catalog.publishers.set(key.id, state, Date.now());
      },
      installFrom: (key) => {
        const other = { publisher: key.id, name: 'other', version: '1.0.0', root: 'bafy', files: 1, size: 1 };
        catalog.installs.add({ ...other, id: `${key.id}/other`, path: `/${key.id}`, installedAt: 1 });
      },
      resolve: async (context) => {
        const { id, reason } = await resolver.resolve(NAME, signal, context);
        return `${id} ${reason}`;
      },
    };
    try {
      await work(world);
    } finally {
      catalog.close();
    }
  });
}

describe('what a bare package name means', () => {
  const [author, stranger, third] = [createPublisherKey(), createPublisherKey(), createPublisherKey()];

  it('is the only known package of that name, also of a stranger', () =>
    inWorld(async ({ publish, resolve }) => {
      const id = publish(stranger);
      assert.equal(await resolve(), `${id} only`);
    }));

  it('is not clear among strangers, and the error has all full ids', () =>
    inWorld(async ({ publish, resolve }) => {
      const ids = [publish(author), publish(stranger)];
      await assert.rejects(resolve(), (error: { name: string; details: { candidates: string[] } }) => {
        assert.equal(error.name, 'PackageAmbiguous');
        assert.deepEqual(error.details.candidates.toSorted(), ids.toSorted());
        return true;
      });
    }));

  const relations: readonly [string, (world: World) => NameContext, string][] = [
    ['the choice of the caller', () => ({ chosen: [`${author.id}/${NAME}`] }), 'choice'],
    ['the lock file', () => ({ locked: [{ publisher: author.id, name: NAME }] }), 'lock'],
    ['the publisher of the dependent package', () => ({ dependent: author.id }), 'dependent'],
    ['the publisher of the other packages of the project', () => ({ projectPublishers: [author.id] }), 'project'],
    [
      'a trusted publisher',
      ({ setState }) => {
        setState(author, 'trusted');
        return {};
      },
      'trusted',
    ],
    [
      'a followed publisher',
      ({ setState }) => {
        setState(author, 'followed');
        return {};
      },
      'known',
    ],
    [
      'a publisher of installed packages',
      ({ installFrom }) => {
        installFrom(author);
        return {};
      },
      'known',
    ],
    [
      'the own key',
      ({ publish }) => {
        publish(author, 'mine', true);
        return {};
      },
      'own',
    ],
  ];

  for (const [relation, relate, reason] of relations) {
    it(`is decided by ${relation} when strangers use the name, too`, () =>
      inWorld(async (world) => {
        world.publish(stranger);
        const id = world.publish(author);
        world.publish(third);
        assert.equal(await world.resolve(relate(world)), `${id} ${reason}`);
      }));

    it(`is never a blocked publisher's package, not by ${relation} either`, () =>
      inWorld(async (world) => {
        world.publish(author);
        const id = world.publish(stranger);
        const context = relate(world);
        world.setState(author, 'blocked');
        assert.equal(await world.resolve(context), `${id} only`);
      }));
  }

  it('follows the lock file before the user, and trust before installations', () =>
    inWorld(async ({ publish, resolve, setState, installFrom }) => {
      const [own, trusted, installed] = [publish(author), publish(stranger), publish(third)];
      installFrom(third);
      assert.equal(await resolve(), `${installed} known`);
      setState(stranger, 'trusted');
      assert.equal(await resolve(), `${trusted} trusted`);
      assert.equal(await resolve({ projectPublishers: [third.id] }), `${installed} project`);
      const locked = [{ publisher: author.id, name: NAME }];
      assert.equal(await resolve({ locked, projectPublishers: [third.id] }), `${own} lock`);
    }));

  it('is decided by the next rule when one leaves several', () =>
    inWorld(async ({ publish, resolve, setState }) => {
      publish(author);
      const id = publish(stranger);
      publish(third);
      setState(stranger, 'trusted');
      setState(third, 'trusted');
      assert.equal(await resolve({ projectPublishers: [author.id, stranger.id] }), `${id} trusted`);
      await assert.rejects(resolve(), { name: 'PackageAmbiguous' });
    }));

  it('is the locked package although nothing of it is known here yet', () =>
    inWorld(async ({ publish, resolve }) => {
      publish(stranger);
      const locked = [{ publisher: author.id, name: NAME }];
      assert.equal(await resolve({ locked }), `${author.id}/${NAME} lock`);
    }));

  it('is asked of the network for the publishers that count, so that a known stranger does not hide them', () =>
    inWorld(
      async ({ publish, resolve, setState, asked }) => {
        const id = publish(stranger);
        setState(author, 'trusted');
        assert.equal(await resolve(), `${author.id}/${NAME} trusted`);
        assert.deepEqual(asked, [`${NAME} by ${author.id}`]);
        setState(author, undefined);
        await assert.rejects(resolve(), { name: 'PackageAmbiguous' });
        setState(author, 'blocked');
        assert.equal(await resolve(), `${id} only`);
      },
      ({ publish }, query) => {
        if (query.includes(author.id)) publish(author);
      },
    ));

  it('asks the network once in a while, and not for each command', () =>
    inWorld(async ({ publish, resolve, setState, asked }) => {
      publish(stranger);
      setState(author, 'trusted');
      for (let round = 0; round < 3; round++) await resolve();
      assert.equal(asked.length, 1);
    }));

  it('says that every publisher of the name is blocked', () =>
    inWorld(async ({ publish, resolve, setState }) => {
      publish(stranger);
      setState(stranger, 'blocked');
      await assert.rejects(resolve(), { name: 'PackageNotFound', message: /You blocked every publisher/ });
    }));

  it('stays with the trusted publisher among thousands of strangers, with a bounded list of candidates', () =>
    inWorld(async ({ catalog, publish, resolve, setState }) => {
      const record = signedRecord(author, NAME);
      catalog.db.transaction(() => {
        for (let index = 0; index < 3_000; index++) {
          catalog.db.run(
            `INSERT INTO packages (publisher, name, seq, updated, received, mine, record, envelope, digest)
             VALUES (?, ?, 1, 1, 1, 0, ?, ?, ?)`,
            `stranger-${index}`,
            NAME,
            JSON.stringify(record.record),
            record.envelope,
            `digest-${index}`,
          );
        }
      });
      const id = publish(author);
      assert.equal(catalog.publishers.candidates(NAME, [], 21).length, 21);
      await assert.rejects(resolve(), (error: { details: { candidates: string[] } }) => {
        assert.equal(error.details.candidates.length, 20);
        return true;
      });
      setState(author, 'trusted');
      assert.equal(await resolve(), `${id} trusted`);
    }));
});

describe('the states of publishers', () => {
  it('are kept across restarts, list those with a state first, and are shown with packages', () =>
    withFolder(async (folder) => {
      const [one, two, own] = [createPublisherKey(), createPublisherKey(), createPublisherKey()];
      const first = await openCatalog(folder);
      first.packages.upsert(signedRecord(one, 'a'), { mine: false, now: 1 });
      first.packages.upsert(signedRecord(own, 'b'), { mine: true, now: 1 });
      first.publishers.set(one.id, 'followed', 1);
      first.publishers.set(one.id, 'trusted', 2);
      first.publishers.set(one.id, 'trusted', 3);
      first.publishers.set(two.id, 'blocked', 4);
      first.close();
      const reopened = await openCatalog(folder);
      const [trusted, blocked, mine] = reopened.publishers.list();
      const none = { packages: 0, installed: 0, own: false };
      assert.deepEqual(trusted, { ...none, publisher: one.id, state: 'trusted', since: 2, packages: 1 });
      assert.deepEqual(blocked, { ...none, publisher: two.id, state: 'blocked', since: 4 });
      assert.deepEqual(mine, { ...none, publisher: own.id, own: true, packages: 1 });
      assert.equal(reopened.packages.details(one.id, 'a')?.publisherState, 'trusted');
      reopened.publishers.set(one.id, undefined, 5);
      assert.equal(reopened.packages.details(one.id, 'a')?.publisherState, undefined);
      assert.deepEqual(reopened.publishers.summary(two.id), { ...none, publisher: two.id, state: 'blocked', since: 4 });
      reopened.close();
    }));
});
