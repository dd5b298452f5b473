import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const LOOKING_MS = 500;

/** Above this share a machine is too busy for a goal to be called missed: two threads that work together wait for each other. */
export const MAX_OTHER_WORK = 0.25;

/** The share of the processors' time that others take while this process does nothing, 0 to 1. */
export async function otherWork(): Promise<number> {
  const before = processorTimes();
  await delay(LOOKING_MS);
  const after = processorTimes();
  const all = after.all - before.all;
  return all > 0 ? (after.busy - before.busy) / all : 0;
}

function processorTimes(): { readonly all: number; readonly busy: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle);
  return { all, busy: all - idle };
}
