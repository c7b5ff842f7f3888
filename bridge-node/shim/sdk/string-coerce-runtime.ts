// Texts of unknown origin.

const trimmed = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined);

export const normalizeOptionalString = trimmed;
export const normalizeOptionalLowercaseString = (value: unknown): string | undefined => trimmed(value)?.toLowerCase();
export const normalizeLowercaseStringOrEmpty = (value: unknown): string => trimmed(value)?.toLowerCase() ?? '';
export const readStringValue = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const hasNonEmptyString = (value: unknown): boolean => trimmed(value) !== undefined;
