/** RFC 3339 with whole seconds: how metav1.Time is written. */
export const timestamp = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
