/** The versions of AWS IoT SQL that the lab knows. A rule keeps the one it was made with. */
export const SQL_VERSIONS = ['2015-10-08', '2016-03-23'] as const;
export type SqlVersion = (typeof SQL_VERSIONS)[number];
