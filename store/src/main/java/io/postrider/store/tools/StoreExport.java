// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.tools;

import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.message.LargeBody;
import io.postrider.api.message.Message;
import io.postrider.api.port.MessageInspector;
import io.postrider.store.checkpoint.FileCheckpoints;
import io.postrider.store.io.FileAccess;
import io.postrider.store.io.StoreLock;
import io.postrider.store.journal.JournalSettings;
import io.postrider.store.log.LocalShardLog;
import io.postrider.store.queue.AddressState;
import io.postrider.store.queue.SubscriptionState;
import io.postrider.store.segment.SegmentSettings;
import io.postrider.store.shard.OfflineShard;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * Writes every message of a stopped store that somebody still wants, one JSON object a line, each message once. Changes nothing; holds
 * some messages at a time, and of a large one a chunk. Owned by one thread.
 */
public final class StoreExport {
    private static final int BATCH = 1024;

    private final OfflineShard shard;
    private final OutputStream out;
    private long messages;

    private StoreExport(OfflineShard shard, OutputStream out) {
        this.shard = shard;
        this.out = out;
    }

    /**
     * Exports a store that no broker has open.
     *
     * @param out UTF-8; not closed
     * @return how many messages were written
     * @throws RuntimeException of the store when what is on disk is damaged
     */
    public static long run(FileAccess files, StoreLayout layout, MessageInspector inspector, OutputStream out) {
        StoreLock lock = layout.lock();
        FileAccess unchanged = new UnchangedFiles(files);
        JournalSettings journal = JournalSettings.DEFAULT.withShard(layout.shard());
        try (LocalShardLog log = LocalShardLog.open(unchanged, layout.journal(), journal);
                FileCheckpoints checkpoints = FileCheckpoints.open(
                        unchanged, layout.checkpoints(), layout.shard(), SegmentSettings.DEFAULTS)) {
            StoreExport export = new StoreExport(new OfflineShard(log, checkpoints, inspector), out);
            export.run();
            return export.messages;
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to write the export, but " + e, e);
        } finally {
            lock.close();
        }
    }

    private void run() throws IOException {
        try {
            for (AddressState address : shard.state().addresses()) {
                export(address);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.flush();
    }

    private void export(AddressState address) {
        long[] offsets = new long[BATCH];
        int count = 0;
        for (long offset = address.lowestWanted(); offset < address.log().end(); offset++) {
            if (address.isWanted(offset)) {
                offsets[count++] = offset;
            }
            if (count == BATCH) {
                shard.read(address, offsets, (at, message) -> export(address, at, message));
                count = 0;
            }
        }
        if (count > 0) {
            shard.read(address, Arrays.copyOf(offsets, count), (at, message) -> export(address, at, message));
        }
    }

    private void export(AddressState address, long offset, Message message) {
        messages++;
        StringBuilder line = new StringBuilder(256);
        line.append("{\"address\":").append(quoted(address.definition().key().toString()));
        line.append(",\"offset\":").append(offset);
        line.append(",\"subscriptions\":[")
                .append(subscriptions(address, offset))
                .append(']');
        line.append(",\"durable\":").append(message.isDurable());
        line.append(",\"priority\":").append(message.priority());
        if (message.expiresAtMs() != Message.NEVER) {
            line.append(",\"expiresAtMs\":").append(message.expiresAtMs());
        }
        if (message.deliverAtMs() != Message.NEVER) {
            line.append(",\"deliverAtMs\":").append(message.deliverAtMs());
        }
        if (!message.added().isEmpty()) {
            line.append(",\"added\":").append(object(message.added().values()));
        }
        byte[] encoded = message.encoded();
        int annotations = message.annotationsLength();
        line.append(",\"annotations\":\"")
                .append(Base64.getEncoder().encodeToString(Arrays.copyOf(encoded, annotations)))
                .append("\",\"body\":\"");
        try {
            write(line);
            writeBody(message, encoded, annotations);
            write("\"}\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeBody(Message message, byte[] encoded, int annotations) throws IOException {
        try (OutputStream base64 = Base64.getEncoder().wrap(new Unclosed(out))) {
            base64.write(encoded, annotations, encoded.length - annotations);
            LargeBody body = message.body();
            for (int chunk = 0; body != null && chunk < body.chunks(); chunk++) {
                base64.write(shard.readChunk(body, chunk));
            }
        }
    }

    private void write(CharSequence text) throws IOException {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String subscriptions(AddressState address, long offset) {
        StringBuilder list = new StringBuilder();
        for (SubscriptionState subscription : address.subscriptions()) {
            if (subscription.wants(offset)) {
                SubscriptionDefinition definition = subscription.definition();
                list.append(list.isEmpty() ? "" : ",")
                        .append("{\"name\":")
                        .append(quoted(
                                definition == null ? "" : definition.key().toString()))
                        .append(",\"attempts\":")
                        .append(subscription.redeliveries().attempts(offset));
                Map<String, Object> merged =
                        subscription.redeliveries().get(offset).merged().values();
                if (!merged.isEmpty()) {
                    list.append(",\"merged\":").append(object(merged));
                }
                list.append('}');
            }
        }
        return list.toString();
    }

    private static String object(Map<String, Object> values) {
        StringBuilder object = new StringBuilder("{");
        values.forEach((key, value) -> object.append(object.length() == 1 ? "" : ",")
                .append(quoted(key))
                .append(':')
                .append(value(value)));
        return object.append('}').toString();
    }

    private static String value(Object value) {
        if (value instanceof byte[] bytes) {
            return "{\"base64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}";
        }
        boolean isPlain =
                value instanceof Boolean || (value instanceof Number number && Double.isFinite(number.doubleValue()));
        return isPlain ? value.toString() : quoted(value.toString());
    }

    private static String quoted(String text) {
        return '"' + JsonText.escaped(text) + '"';
    }

    /** Lets the encoder end its last group without ending the file. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            out.write(bytes, start, length);
        }

        @Override
        public void close() {
            // the next line follows
        }
    }
}
