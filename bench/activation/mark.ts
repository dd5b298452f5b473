/** Distinguishes the line with the measurement from other output of the extension host. */
export const ACTIVATION_MARK = '@ggen-activation ';

export const EMPTY_PUBLISHER = 'ggen-bench';
/** Each can be activated only once. The first one pays for what the host does once, and is not counted. */
export const EMPTY_EXTENSIONS: readonly string[] = Array.from({ length: 6 }, (_, index) => `empty-${index}`);

/** In milliseconds; of the processor, except for `activate`. */
export interface ActivationTimes {
  /** Of reading and running the bundle, several times. */
  readonly loads: readonly number[];
  readonly activate: number;
  /** Of activating extensions that do nothing, one after the other. */
  readonly empty: readonly number[];
}
