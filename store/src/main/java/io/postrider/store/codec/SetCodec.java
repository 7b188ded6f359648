// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Bytes of a set of offsets: its length and the portable form of the bitmap library; only the length 0 for an empty one. Stateless. */
final class SetCodec {
    private SetCodec() {}

    static void write(Roaring64Bitmap set, ByteWriter out) {
        if (set.isEmpty()) {
            out.putInt(0);
            return;
        }
        set.runOptimize();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(bytes)) {
            set.serialize(data);
        } catch (IOException e) {
            throw new UncheckedIOException("An in-memory stream cannot fail", e);
        }
        out.putBytes(bytes.toByteArray());
    }

    static Roaring64Bitmap read(ByteReader in) {
        Roaring64Bitmap set = new Roaring64Bitmap();
        byte[] bytes = in.readBytes();
        if (bytes.length == 0) {
            return set;
        }
        try (DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes))) {
            set.deserialize(data);
        } catch (IOException | RuntimeException e) {
            throw new CodecException("Expected a set of offsets, but it cannot be read: " + e);
        }
        return set;
    }
}
