// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.postrider.api.port.BrokerAdmin;
import io.postrider.api.port.BrokerStats;
import io.postrider.api.port.QueueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the broker. Nothing is registered before the first scrape, so that a broker nobody watches pays
 * nothing. Owned by the event loop of the HTTP listener.
 */
public final class BrokerMetrics implements AutoCloseable {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private record Total(String name, String unit, String help, ToDoubleFunction<BrokerStats> value) {}

    private record PerQueue(String name, String unit, String help, ToDoubleFunction<QueueInfo> value) {}

    private static final List<Total> TOTALS = List.of(
            new Total("postrider.broker.published", "messages", "Messages kept", BrokerStats::published),
            new Total("postrider.broker.rejected", "messages", "Publishes refused", BrokerStats::rejected),
            new Total("postrider.broker.delivered", "messages", "Deliveries to consumers", BrokerStats::delivered),
            new Total("postrider.broker.acknowledged", "messages", "Deliveries accepted", BrokerStats::acknowledged),
            new Total("postrider.broker.requeued", "messages", "Deliveries that came back", BrokerStats::requeued),
            new Total("postrider.broker.dead.lettered", "messages", "Dead letters", BrokerStats::deadLettered),
            new Total("postrider.broker.expired", "messages", "Messages expired", BrokerStats::expired),
            new Total(
                    "postrider.broker.unrouted",
                    "messages",
                    "Messages dropped because no subscription wanted them",
                    BrokerStats::unrouted),
            new Total(
                    "postrider.broker.duplicates",
                    "messages",
                    "Messages not kept because their id came before",
                    BrokerStats::duplicates),
            new Total(
                    "postrider.broker.dropped",
                    "messages",
                    "Messages dropped because their address was full",
                    BrokerStats::dropped),
            new Total("postrider.journal.entries", "entries", "Log entries committed", BrokerStats::logEntries),
            new Total("postrider.journal.appended", "bytes", "Bytes appended to the log", BrokerStats::logBytes),
            new Total("postrider.journal.syncs", "syncs", "Syncs of the log file", BrokerStats::logSyncs),
            new Total("postrider.checkpoint.written", "checkpoints", "Checkpoints", BrokerStats::checkpoints),
            new Total(
                    "postrider.checkpoint.write",
                    "seconds",
                    "Time spent on writing checkpoints",
                    stats -> stats.storage().checkpointNs() / 1e9),
            new Total(
                    "postrider.segment.written",
                    "bytes",
                    "Bytes written to message segments, cleaning included",
                    stats -> stats.storage().segmentWrittenBytes()),
            new Total(
                    "postrider.segment.cleaned",
                    "bytes",
                    "Bytes copied out of sparse message segments",
                    stats -> stats.storage().segmentCleanedBytes()),
            new Total(
                    "postrider.segment.scrubbed",
                    "bytes",
                    "Bytes of message segments read only to find damage",
                    stats -> stats.storage().scrubbedBytes()),
            new Total(
                    "postrider.readback.requests",
                    "requests",
                    "Requests for messages that went to the disk",
                    stats -> stats.storage().readBacks()),
            new Total(
                    "postrider.readback.read",
                    "bytes",
                    "Bytes of messages read back from disk",
                    stats -> stats.storage().readBackBytes()));

    private static final List<Total> NOW = List.of(
            new Total("postrider.memory.messages", "bytes", "Bytes of messages in memory", BrokerStats::messageBytes),
            new Total(
                    "postrider.memory.messages.limit",
                    "bytes",
                    "Bytes of messages that may be in memory",
                    stats -> stats.storage().messageBytesMax()),
            new Total(
                    "postrider.journal.replay",
                    "bytes",
                    "Bytes of log that a start would read, and a checkpoint frees",
                    stats -> stats.storage().replayBytes()),
            new Total(
                    "postrider.segment.count",
                    "segments",
                    "Message segments",
                    stats -> stats.storage().segments()),
            new Total(
                    "postrider.segment.stored",
                    "bytes",
                    "Message segments and their indexes on disk",
                    stats -> stats.storage().segmentBytes()),
            new Total(
                    "postrider.segment.damaged",
                    "places",
                    "Damaged places known in message segments",
                    stats -> stats.storage().damagedPlaces()),
            new Total(
                    "postrider.segment.live",
                    "bytes",
                    "Share of the stored bytes that is still wanted, as of the last checkpoint",
                    stats -> stats.storage().segmentLiveBytes()));

    private static final List<PerQueue> QUEUES = List.of(
            new PerQueue("postrider.queue.depth", "messages", "Messages not done", QueueInfo::depth),
            new PerQueue("postrider.queue.ready", "messages", "Messages that may be dispatched", QueueInfo::ready),
            new PerQueue(
                    "postrider.queue.deferred", "messages", "Messages put aside by consumers", QueueInfo::deferred),
            new PerQueue("postrider.queue.delayed", "messages", "Messages waiting for their time", QueueInfo::delayed),
            new PerQueue("postrider.queue.unsettled", "messages", "Messages with a consumer", QueueInfo::unsettled),
            new PerQueue("postrider.queue.stored", "bytes", "Size of the messages not done", QueueInfo::bytes),
            new PerQueue("postrider.queue.consumers", "consumers", "Consumers attached", QueueInfo::consumers));

    private final BrokerAdmin admin;
    private final boolean hasQueueLabel;
    private final Map<PerQueue, MultiGauge> perQueue = new LinkedHashMap<>();
    private @Nullable PrometheusMeterRegistry registry;
    private @Nullable JvmGcMetrics collections;
    private List<QueueInfo> queues = List.of();

    public BrokerMetrics(BrokerAdmin admin, boolean hasQueueLabel) {
        this.admin = admin;
        this.hasQueueLabel = hasQueueLabel;
    }

    /** @param current the broker's queues now */
    public String scrape(List<QueueInfo> current) {
        queues = current;
        PrometheusMeterRegistry meters = registry;
        if (meters == null) {
            meters = register();
            registry = meters;
        }
        perQueue.forEach((metric, gauge) -> gauge.register(rows(current, metric), true));
        return meters.scrape();
    }

    private static List<MultiGauge.Row<?>> rows(List<QueueInfo> queues, PerQueue metric) {
        return queues.stream()
                .<MultiGauge.Row<?>>map(queue -> MultiGauge.Row.of(
                        Tags.of("queue", queue.address().toString(), "subscription", queue.subscription()),
                        metric.value().applyAsDouble(queue)))
                .toList();
    }

    private PrometheusMeterRegistry register() {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        for (Total total : TOTALS) {
            FunctionCounter.builder(total.name(), admin, each -> total.value().applyAsDouble(each.stats()))
                    .baseUnit(total.unit())
                    .description(total.help())
                    .register(meters);
        }
        for (Total total : NOW) {
            Gauge.builder(total.name(), admin, each -> total.value().applyAsDouble(each.stats()))
                    .baseUnit(total.unit())
                    .description(total.help())
                    .register(meters);
        }
        for (PerQueue metric : QUEUES) {
            if (hasQueueLabel) {
                perQueue.put(
                        metric,
                        MultiGauge.builder(metric.name())
                                .baseUnit(metric.unit())
                                .description(metric.help())
                                .register(meters));
            } else {
                Gauge.builder(metric.name(), this, each -> each.sum(metric))
                        .baseUnit(metric.unit())
                        .description(metric.help() + ", all queues and subscriptions together")
                        .register(meters);
            }
        }
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        collections = new JvmGcMetrics();
        collections.bindTo(meters);
        return meters;
    }

    private double sum(PerQueue metric) {
        return queues.stream().mapToDouble(metric.value()).sum();
    }

    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        if (registry != null) {
            registry.close();
        }
    }
}
