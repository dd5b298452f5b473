/** Who is banned serves nothing here: one migration step that leaves banned peers out of the counts of providers. */
export const BANNED_SCHEMA = `
  CREATE INDEX standings_banned ON standings (peer) WHERE standing = 'banned';
  CREATE VIEW active_providers AS SELECT peer, publisher, name, verified FROM package_providers
    WHERE peer NOT IN (SELECT peer FROM standings WHERE standing = 'banned');

  DROP TRIGGER provider_added;
  CREATE TRIGGER provider_added AFTER INSERT ON package_providers
    WHEN NOT EXISTS (SELECT 1 FROM standings WHERE peer = new.peer AND standing = 'banned') BEGIN
    UPDATE summaries SET providers = providers + 1
      WHERE id = (SELECT id FROM packages WHERE publisher = new.publisher AND name = new.name);
  END;
  DROP TRIGGER provider_removed;
  CREATE TRIGGER provider_removed AFTER DELETE ON package_providers
    WHEN NOT EXISTS (SELECT 1 FROM standings WHERE peer = old.peer AND standing = 'banned') BEGIN
    UPDATE summaries SET providers = providers - 1
      WHERE id = (SELECT id FROM packages WHERE publisher = old.publisher AND name = old.name);
  END;
  CREATE TRIGGER peer_banned AFTER INSERT ON standings WHEN new.standing = 'banned' BEGIN
    UPDATE summaries SET providers = providers - 1 WHERE id IN (
      SELECT p.id FROM package_providers h CROSS JOIN packages p ON p.publisher = h.publisher AND p.name = h.name
      WHERE h.peer = new.peer);
  END;
  CREATE TRIGGER peer_unbanned AFTER DELETE ON standings WHEN old.standing = 'banned' BEGIN
    UPDATE summaries SET providers = providers + 1 WHERE id IN (
      SELECT p.id FROM package_providers h CROSS JOIN packages p ON p.publisher = h.publisher AND p.name = h.name
      WHERE h.peer = old.peer);
  END;

  UPDATE summaries SET providers =
    (SELECT count(*) FROM active_providers h WHERE h.publisher = summaries.publisher AND h.name = summaries.name)
    WHERE EXISTS (SELECT 1 FROM package_providers h JOIN standings s ON s.peer = h.peer AND s.standing = 'banned'
      WHERE h.publisher = summaries.publisher AND h.name = summaries.name);
`;
