import { ingresses } from '#api/networking/v1/ingress.ts';
import { ingressClasses } from '#api/networking/v1/ingress-class.ts';
import type { Ingress } from '#gen/networking/v1.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newestDefault } from './newest-default.ts';
import { isAbout } from './refuse.ts';

/** An ingress that names no class gets the default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: ['CREATE'],
  admit(request) {
    if (!isAbout(request, ingresses)) return;
    const ingress = request.object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined) return;
    if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    const chosen = newestDefault(request.reader.list(ingressClasses), 'ingressclass.kubernetes.io/is-default-class');
    if (chosen) ingress.spec = { ...ingress.spec, ingressClassName: chosen.metadata.name };
  },
};
