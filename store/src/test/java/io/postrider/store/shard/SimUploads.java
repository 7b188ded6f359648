// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.shard;

import io.postrider.api.error.Rejection;
import io.postrider.api.message.LargeBody;
import io.postrider.api.port.BodyStore;
import io.postrider.api.port.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The ends of large messages in a simulation: uploads on their way, and what was uploaded, to be compared with what is read. One thread. */
final class SimUploads {
    private final SimWorld world;
    private final Random random;
    private final List<Sending> open = new ArrayList<>();
    private final Map<Integer, Sending> published = new HashMap<>();
    private long nextSeed = 1;

    /** One upload. */
    private final class Sending implements BodyStore.UploadListener {
        final long seed = nextSeed++;
        final int bornIn = world.life();
        final BodyStore.Upload upload;
        int chunks;
        long bytes;
        long stored;

        Sending(BodyStore store) {
            upload = store.begin(this);
        }

        void add() {
            byte[] chunk = SimMessage.chunk(seed, chunks++);
            bytes += chunk.length;
            upload.add(chunk);
        }

        @Override
        public void stored(long upTo) {
            world.check(bornIn == world.life(), "NoReplyFromAnEarlierLife", "upload");
            world.check(upTo > stored && upTo <= bytes, "ChunksAreStoredInOrder", upTo + " after " + stored);
            stored = upTo;
        }

        @Override
        public void failed(Rejection reason) {
            world.check(false, "UploadsDoNotFail", reason);
        }
    }

    SimUploads(SimWorld world, Random random) {
        this.world = world;
        this.random = random;
    }

    /** Goes on with an upload, begins one or gives one up. */
    void step(BodyStore store) {
        if (open.size() < 3 && random.nextBoolean()) {
            open.add(new Sending(store));
        }
        if (!open.isEmpty()) {
            Sending sending = open.get(random.nextInt(open.size()));
            sending.add();
            if (random.nextInt(12) == 0) {
                sending.upload.abandon();
                open.remove(sending);
            }
        }
    }

    /** A body whose chunks were all given, for a message; null if there is none. */
    @Nullable
    LargeBody take(int number) {
        for (Sending sending : open) {
            if (sending.chunks > 0) {
                open.remove(sending);
                published.put(number, sending);
                return sending.upload.end();
            }
        }
        return null;
    }

    /** The message was refused: nobody will take the body over. */
    void refused(int number) {
        Sending sending = published.remove(number);
        if (sending != null) {
            sending.upload.abandon();
        }
    }

    void abandonAll() {
        open.forEach(sending -> sending.upload.abandon());
        open.clear();
    }

    void crashed() {
        open.clear();
    }

    /** Reads the body of a message that a receiver holds; it must be what was sent. */
    void readBack(BodyStore store, SimReceiver holder, SimCopy copy) {
        LargeBody body = copy.message.body;
        Sending sent = published.get(copy.message.number);
        if (body == null || sent == null) {
            return;
        }
        int askedIn = world.life();
        int chunk = random.nextInt(body.chunks());
        store.read(body, chunk, new Reply<>() {
            @Override
            public void ok(byte[] found) {
                world.check(askedIn == world.life(), "NoReplyFromAnEarlierLife", copy);
                world.check(Arrays.equals(SimMessage.chunk(sent.seed, chunk), found), "BodiesAreAsTheyWereSent", copy);
            }

            @Override
            public void rejected(Rejection rejection) {
                world.check(
                        copy.holder != holder || copy.mayBeGone, "WhoHoldsAMessageCanReadIt", copy + " " + rejection);
            }
        });
    }
}
