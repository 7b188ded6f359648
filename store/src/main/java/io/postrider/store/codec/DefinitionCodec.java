// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.codec;

import io.postrider.api.address.AddressDefinition;
import io.postrider.api.address.AddressKey;
import io.postrider.api.address.AddressKind;
import io.postrider.api.address.AddressPattern;
import io.postrider.api.address.ForwardRule;
import io.postrider.api.address.StartPosition;
import io.postrider.api.address.SubscriptionDefinition;
import io.postrider.api.address.SubscriptionKey;
import io.postrider.api.address.UserRecord;
import java.util.TreeSet;

/** Bytes of definitions and users, shared by commands and checkpoints. Stateless. Diagrams: docs/formats/entries.md. */
final class DefinitionCodec {
    private DefinitionCodec() {}

    static void write(AddressKey key, ByteWriter out) {
        out.putString(key.virtualHost());
        out.putString(key.name());
    }

    static AddressKey readAddressKey(ByteReader in) {
        return new AddressKey(in.readString(), in.readString());
    }

    static void write(AddressDefinition definition, ByteWriter out) {
        write(definition.key(), out);
        out.putByte(definition.kind() == AddressKind.QUEUE ? 0 : 1);
        PolicyCodec.write(definition.settings(), out);
        out.putOptionalString(definition.temporaryOwner());
        out.putBoolean(definition.isAutoCreated());
    }

    static AddressDefinition readAddress(ByteReader in) {
        AddressKey key = readAddressKey(in);
        int kind = in.readByte();
        if (kind > 1) {
            throw new CodecException("Expected an address kind of 0 or 1, but found " + kind);
        }
        return new AddressDefinition(
                key,
                kind == 0 ? AddressKind.QUEUE : AddressKind.TOPIC,
                PolicyCodec.readValues(in),
                in.readOptionalString(),
                in.readBoolean());
    }

    static void write(ForwardRule rule, ByteWriter out) {
        out.putString(rule.name());
        out.putString(rule.source().text());
        write(rule.target(), out);
        out.putOptionalString(rule.selector());
        out.putBoolean(rule.isMove());
    }

    static ForwardRule readForward(ByteReader in) {
        String name = in.readString();
        AddressPattern source = PolicyCodec.readPattern(in);
        AddressKey target = readAddressKey(in);
        String selector = in.readOptionalString();
        boolean isMove = in.readBoolean();
        try {
            return new ForwardRule(name, source, target, selector, isMove);
        } catch (IllegalArgumentException e) {
            throw new CodecException(String.valueOf(e.getMessage()));
        }
    }

    static void write(StartPosition start, ByteWriter out) {
        out.putByte(startCode(start.kind()));
        out.putLong(start.value());
    }

    static StartPosition readStart(ByteReader in) {
        int kind = in.readByte();
        long value = in.readLong();
        if (value < 0) {
            throw new CodecException("Expected a position of at least 0, but found " + value);
        }
        return new StartPosition(startKind(kind), value);
    }

    private static int startCode(StartPosition.Kind kind) {
        return switch (kind) {
            case DEFAULT -> 0;
            case NEW -> 1;
            case EARLIEST -> 2;
            case OFFSET -> 3;
            case TIME -> 4;
            case AGO -> 5;
            case LAST -> 6;
        };
    }

    private static StartPosition.Kind startKind(int code) {
        return switch (code) {
            case 0 -> StartPosition.Kind.DEFAULT;
            case 1 -> StartPosition.Kind.NEW;
            case 2 -> StartPosition.Kind.EARLIEST;
            case 3 -> StartPosition.Kind.OFFSET;
            case 4 -> StartPosition.Kind.TIME;
            case 5 -> StartPosition.Kind.AGO;
            case 6 -> StartPosition.Kind.LAST;
            default -> throw new CodecException("Expected a position of kind 0 to 6, but found " + code);
        };
    }

    static void write(SubscriptionKey key, ByteWriter out) {
        out.putString(key.virtualHost());
        out.putString(key.scope());
        out.putString(key.name());
    }

    static SubscriptionKey readSubscriptionKey(ByteReader in) {
        return new SubscriptionKey(in.readString(), in.readString(), in.readString());
    }

    static void write(SubscriptionDefinition definition, ByteWriter out) {
        write(definition.key(), out);
        write(definition.topic(), out);
        out.putBoolean(definition.isShared());
        out.putOptionalString(definition.selector());
        out.putBoolean(definition.noLocal());
    }

    static SubscriptionDefinition readSubscription(ByteReader in) {
        return new SubscriptionDefinition(
                readSubscriptionKey(in),
                readAddressKey(in),
                in.readBoolean(),
                in.readOptionalString(),
                in.readBoolean());
    }

    static void write(UserRecord user, ByteWriter out) {
        out.putString(user.name());
        out.putBytes(user.salt());
        out.putInt(user.iterations());
        out.putBytes(user.storedKey());
        out.putBytes(user.serverKey());
        out.putInt(user.roles().size());
        new TreeSet<>(user.roles()).forEach(out::putString);
    }

    static UserRecord readUser(ByteReader in) {
        String name = in.readString();
        byte[] salt = in.readBytes();
        int iterations = in.readInt();
        byte[] storedKey = in.readBytes();
        byte[] serverKey = in.readBytes();
        int count = in.readCount(4);
        TreeSet<String> roles = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            roles.add(in.readString());
        }
        return new UserRecord(name, salt, iterations, storedKey, serverKey, roles);
    }
}
