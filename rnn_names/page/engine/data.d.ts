/** The constants that page/script.py writes before the engine. */
declare const RUDE_WORDS: { whole: string; parts: string[] };
declare const COMMON_WORDS: { gaps: string; bits: number; count: number };
declare const BOLDNESS: Record<string, Record<string, any>>;
declare const OPTIONS: Record<string, any>;
declare const PART_WORDS: Record<string, string>;
