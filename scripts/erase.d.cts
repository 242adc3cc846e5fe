export const CACHE: string;

export function erase(path: string, source: Uint8Array): string;
export function prepare(): Promise<void>;
