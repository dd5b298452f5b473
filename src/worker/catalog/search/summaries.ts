import type { DistTag, PackageSummary, PublisherState } from '../../../shared/model.ts';
import type { Database, Row } from '../../sqlite/database.ts';

interface SummaryRow extends Row {
  id: number;
  publisher: string;
  name: string;
  state: PublisherState | null;
  mine: number;
  updated: number;
  providers: number;
  latest: string | null;
  versions: number;
  size: number;
  title: string;
  license: string;
  categories: string;
  tags: string;
  description: string;
  /** JSON. */
  dist_tags: string;
  installed: string | null;
  changed: number | null;
  /** JSON; null without a proof of equivocation. */
  contested: string | null;
}

const SELECT = `
  SELECT s.id, s.publisher, s.name, s.mine, s.updated, s.providers, s.latest, s.versions, s.size, s.title, s.license,
    s.categories, s.tags, s.description, s.dist_tags,
    (SELECT u.state FROM publishers u WHERE u.publisher = s.publisher) AS state,
    (SELECT group_concat(DISTINCT i.version) FROM installs i WHERE i.publisher = s.publisher AND i.name = s.name)
      AS installed,
    (SELECT sum(i.changed) FROM installs i WHERE i.publisher = s.publisher AND i.name = s.name) AS changed,
    (SELECT e.versions FROM equivocations e WHERE e.publisher = s.publisher AND e.name = s.name LIMIT 1) AS contested
  FROM summaries s`;

/** Reads summaries in the order of `ids`; missing rows are left out. */
export function summariesOf(db: Database, ids: readonly number[]): PackageSummary[] {
  const rows = db.all<SummaryRow>(`${SELECT} WHERE s.id IN (SELECT value FROM json_each(?))`, JSON.stringify(ids));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [toSummary(row)];
  });
}

/** Parses a list of texts that the catalog serialized. */
export function parseTexts(json: string): string[] {
  return json === '[]' ? [] : (JSON.parse(json) as string[]);
}

function toSummary(row: SummaryRow): PackageSummary {
  return {
    id: `${row.publisher}/${row.name}`,
    publisher: row.publisher,
    ...(row.state === null ? {} : { publisherState: row.state }),
    name: row.name,
    title: row.title,
    description: row.description,
    license: row.license,
    categories: parseTexts(row.categories),
    tags: parseTexts(row.tags),
    ...(row.latest === null ? {} : { latest: row.latest }),
    ...(row.dist_tags === '[]' ? {} : { distTags: JSON.parse(row.dist_tags) as DistTag[] }),
    versions: row.versions,
    size: row.size,
    updated: row.updated,
    published: row.mine === 1,
    installed: row.installed === null ? [] : row.installed.split(','),
    ...(row.changed === null || row.changed === 0 ? {} : { changed: row.changed }),
    providers: row.providers,
    equivocation: row.contested !== null,
    ...(row.contested === null ? {} : { contested: parseTexts(row.contested) }),
  };
}
