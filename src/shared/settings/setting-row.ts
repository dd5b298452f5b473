/**
 * The form of a setting's row. A row is the only place that says what a setting is: the worker, the extension and the command
 * line check, convert, document and store settings by it.
 */

import type { Location } from '../model.ts';

/** What the items of a list are, which decides how each is checked. */
export type ItemKind = 'text' | 'path' | 'listen-address' | 'peer-address';

/** What a number counts. Sizes are in bytes, times in milliseconds. */
export type Unit = 'count' | 'bytes' | 'bytes-per-second' | 'bytes-per-day' | 'milliseconds';

/** Name of a setting in VS Code. */
export interface EditorNames {
  /** Below the section `ggen`, for example `content.quota`. */
  readonly key: string;
  /** How many of the row's units one of VS Code's is; 1 when left out. */
  readonly factor?: number;
}

/** Names and help of a setting on the command line. */
export interface CommandLineNames {
  /** Key of the configuration file, and the flag with two dashes before it. */
  readonly flag: string;
  readonly variable: string;
  /** One line without range and default, which the row adds. */
  readonly help: string;
  readonly short?: string;
  /** Placeholder of its value in the help. */
  readonly value?: string;
  /** Default as the help shows it, where it is not a fixed value. */
  readonly shownDefault?: string;
}

interface CommonRow {
  /** What messages call it, for example `upload rate`. */
  readonly label: string;
  /** A running node has to be composed again to work with another value; the rest is read when it is used. */
  readonly restart?: true;
  /** Absent from `NodeSettings` while it has its default. */
  readonly optional?: true;
  readonly editor?: EditorNames;
  readonly cli?: CommandLineNames;
}

export interface TextRow extends CommonRow {
  readonly kind: 'text';
  readonly default: string;
  /** In UTF-16 units, as VS Code counts them. */
  readonly maxLength?: number;
}

export interface PathRow extends CommonRow {
  readonly kind: 'path';
  readonly default: string;
}

/** Base URL of an OTLP endpoint, or empty. */
export interface UrlRow extends CommonRow {
  readonly kind: 'url';
  readonly default: string;
}

export interface TextsRow extends CommonRow {
  readonly kind: 'texts';
  readonly default: readonly string[];
  readonly items: ItemKind;
}

export interface BooleanRow extends CommonRow {
  readonly kind: 'boolean';
  readonly default: boolean;
}

export interface NumberRow extends CommonRow {
  readonly kind: 'number';
  readonly default: number;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  readonly integer?: true;
  /** 0 is allowed below `min`, and means no limit. */
  readonly zeroIsUnlimited?: true;
}

export interface ChoiceRow extends CommonRow {
  readonly kind: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
  /** The command line has a switch for it: on is the first choice, off the second. */
  readonly isSwitch?: true;
}

/** A place in degrees. */
export interface LocationRow extends CommonRow {
  readonly kind: 'location';
  readonly default: undefined;
  readonly maxRegionLength: number;
}

export type SettingRow = TextRow | PathRow | UrlRow | TextsRow | BooleanRow | NumberRow | ChoiceRow | LocationRow;

/** Type of the value that a row describes. */
export type ValueOf<Row extends SettingRow> = Row extends ChoiceRow
  ? Row['choices'][number]
  : Row extends TextsRow
    ? readonly string[]
    : Row extends BooleanRow
      ? boolean
      : Row extends NumberRow
        ? number
        : Row extends LocationRow
          ? Location
          : string;
