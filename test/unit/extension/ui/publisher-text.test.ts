import assert from 'node:assert/strict';
import { clockMessage } from '../../../../src/extension/ui/clock-message.ts';
import { distTagsAt } from '../../../../src/extension/ui/dist-tags.ts';
import { nameReasonText, publisherLine } from '../../../../src/extension/ui/publisher-text.ts';
import type { NameReason } from '../../../../src/shared/model.ts';
import { t } from '../localize.ts';

const publisher = 'z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw';

describe('the publisher of a package in a line', () => {
  it('has its state, and the user by another word', () => {
    assert.equal(publisherLine({ publisher, published: false }, t), 'by z6Mk…MMsw');
    assert.equal(publisherLine({ publisher, published: true }, t), 'by you');
    for (const publisherState of ['trusted', 'followed', 'blocked'] as const) {
      const line = publisherLine({ publisher, published: false, publisherState }, t);
      assert.equal(line, `by z6Mk…MMsw (${publisherState})`);
    }
  });

  it('says why a name means its package, unless that was said before', () => {
    const silent: readonly NameReason[] = ['id', 'choice', 'lock', 'dependent'];
    for (const reason of silent) assert.equal(nameReasonText(reason, t), undefined, reason);
    assert.match(nameReasonText('trusted', t) ?? '', /that you trust/);
    assert.match(nameReasonText('only', t) ?? '', /only known package/);
  });
});

describe('the dist-tags of a version', () => {
  it('begin with latest, which every package has', () => {
    const distTags = [
      { tag: 'latest', version: '1.0.0' },
      { tag: 'next', version: '2.0.0' },
      { tag: 'stable', version: '1.0.0' },
    ];
    assert.deepEqual(distTagsAt({ latest: '1.0.0', distTags }, '1.0.0'), ['latest', 'stable']);
    assert.deepEqual(distTagsAt({ latest: '1.0.0', distTags }, '2.0.0'), ['next']);
    assert.deepEqual(distTagsAt({ latest: '1.0.0' }, '1.0.0'), ['latest']);
    assert.deepEqual(distTagsAt({}, '1.0.0'), []);
  });
});

describe('the message of a wrong clock', () => {
  it('says by how much, in which direction, and compared with how many peers', () => {
    const hours = 60 * 60 * 1_000;
    assert.equal(clockMessage({ ahead: 24 * hours, peers: 3 }, t), "This computer's clock is 24 h ahead of 3 peers.");
    assert.equal(clockMessage({ ahead: -24 * hours, peers: 1 }, t), "This computer's clock is 24 h behind 1 peer.");
  });
});
