/** This release; kept equal to package.json by a convention test. */
export const timonelVersion = '0.1.0';

/** The upstream release whose API and behaviour this one shows. */
export const kubernetesVersion = 'v1.36.3';
