/** What page/script.py writes ahead of the engine. */
declare const RUDE_WORDS: { whole: string[]; anywhere: string[] };
