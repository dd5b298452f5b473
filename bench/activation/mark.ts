/** Tells the line with the measurement from all else that an extension host prints. */
export const ACTIVATION_MARK = '@ggen-activation ';

/** In milliseconds. */
export interface ActivationTimes {
  readonly load: number;
  readonly activate: number;
  readonly other: { readonly id: string; readonly time: number };
}
