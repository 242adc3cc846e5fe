export const CACHE: string;

export function erase(path: string, source: string | Uint8Array): string;
export function prepare(): Promise<void>;
