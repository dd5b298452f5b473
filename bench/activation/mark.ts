/** Distinguishes the line with the measurement from other output of the extension host. */
export const ACTIVATION_MARK = '@ggen-activation ';

/** Times in milliseconds. */
export interface ActivationTimes {
  readonly load: number;
  readonly activate: number;
  readonly other: { readonly id: string; readonly time: number };
}
