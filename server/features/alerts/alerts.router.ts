import {
  AlertListInput,
  AlertSettings,
  ChannelSave,
  DeliveryListInput,
  MarkRead,
} from '#shared/schemas/alerts.ts';
import { ById } from '#shared/schemas/common.ts';
import { allowedTo, memberProcedure, router } from '../../trpc/init.ts';
import type { AlertsService } from './alerts.service.ts';
import type { ChannelsService } from './channels.service.ts';

export type AlertsRouterServices = { alerts: AlertsService; alertChannels: ChannelsService };

export function createAlertsRouter(services: AlertsRouterServices) {
  const { alertChannels: channels, alerts } = services;
  return router({
    list: memberProcedure
      .input(AlertListInput)
      .query(({ ctx, input }) => alerts.list(ctx.me, input)),
    unread: memberProcedure.query(({ ctx }) => alerts.unread(ctx.me)),
    markRead: memberProcedure
      .input(MarkRead)
      .mutation(({ ctx, input }) => alerts.markRead(ctx.me, input.ids)),
    markAllRead: memberProcedure.mutation(({ ctx }) => alerts.markRead(ctx.me, null)),
    settings: allowedTo('alerts.write').query(() => alerts.settings()),
    saveSettings: allowedTo('alerts.write')
      .input(AlertSettings)
      .mutation(({ ctx, input }) => alerts.saveSettings(ctx, input)),
    channels: allowedTo('alerts.write').query(() => channels.list()),
    saveChannel: allowedTo('alerts.write')
      .input(ChannelSave)
      .mutation(({ ctx, input }) => channels.save(ctx, input)),
    deleteChannel: allowedTo('alerts.write')
      .input(ById)
      .mutation(({ ctx, input }) => channels.remove(ctx, input.id)),
    testChannel: allowedTo('alerts.write')
      .input(ById)
      .mutation(({ input }) => channels.test(input.id)),
    deliveries: allowedTo('alerts.write')
      .input(DeliveryListInput)
      .query(({ input }) => channels.deliveries(input)),
  });
}
