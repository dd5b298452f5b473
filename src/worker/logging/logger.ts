import type { LogLine } from '../../shared/events.ts';

/** The log of one room of the engine. Callers receive its lines as `log` events. */
export interface Logger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

/** Makes the logger of a room. All loggers write to the same sink. */
export type LoggerFactory = (scope: string) => Logger;

export function createLoggers(sink: (line: LogLine) => void): LoggerFactory {
  return (scope) => {
    const write =
      (level: LogLine['level']) =>
      (message: string): void => {
        sink({ level, scope, message, time: Date.now() });
      };
    return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
  };
}
