import { podTemplates } from '#api/core/v1/pod-template.ts';
import { defineStrategy } from '../../strategy.ts';
import { validatePodTemplate } from './pod/template.ts';

export const podTemplateStrategy = defineStrategy(podTemplates, {
  validate: ({ template }, at) => validatePodTemplate(template, at.child('template')),
});
