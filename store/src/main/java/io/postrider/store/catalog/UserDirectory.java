// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.store.catalog;

import io.postrider.api.address.UserRecord;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.Authenticator;
import io.postrider.api.port.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The users in memory, and the check of their passwords. Any thread.
 *
 * <p>A check is slow on purpose, so it runs on a few threads behind a bounded queue; when that is full, peers are told to come
 * back. A name nobody has costs the same check. The last password that was right is remembered per user as a hash under a
 * key of this process, so that a thousand connections that come back at once cost one check: such an answer is given
 * on the calling thread.
 */
public final class UserDirectory implements Authenticator, AutoCloseable {
    private static final Rejection WRONG =
            new Rejection(ErrorCode.UNAUTHORIZED, "The user name or the password is wrong");
    private static final Rejection BUSY = new Rejection(
            ErrorCode.RESOURCE_LIMIT, "Too many passwords are being checked at this moment; try again shortly");
    private static final Rejection CLOSED = new Rejection(ErrorCode.ILLEGAL_STATE, "The broker is shutting down");

    /** Checked against when there is no such user. Its password is random and forgotten. */
    private static final UserRecord NOBODY = Scram.userRecord("nobody", randomPassword(), Set.of());

    private final boolean allowsAnonymous;
    private final Map<String, UserRecord> users = new ConcurrentHashMap<>();
    private final Map<String, byte[]> proven = new ConcurrentHashMap<>(); // user name -> hash of what was right
    private final byte[] provenKey = randomBytes();
    private final ThreadPoolExecutor checks;

    /**
     * How passwords are checked.
     *
     * @param allowsAnonymous whether peers may come in without a password
     * @param threads that check passwords, at least 1
     * @param waitingMax checks that may wait for a thread, at least 1
     */
    public record Settings(boolean allowsAnonymous, int threads, int waitingMax) {
        public static final Settings DEFAULT = new Settings(false, 2, 1000);

        public Settings {
            if (threads < 1 || waitingMax < 1) {
                throw new IllegalArgumentException(
                        "Expected at least 1 thread and 1 waiting check, but got " + threads + " and " + waitingMax);
            }
        }
    }

    /** A directory of these users to begin with. */
    public UserDirectory(Settings settings, Collection<UserRecord> users) {
        this.allowsAnonymous = settings.allowsAnonymous();
        AtomicInteger threadCount = new AtomicInteger();
        this.checks = new ThreadPoolExecutor(
                settings.threads(),
                settings.threads(),
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(settings.waitingMax()),
                task -> {
                    Thread thread = new Thread(task, "password-check-" + threadCount.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        checks.allowCoreThreadTimeOut(true);
        replaceAll(users);
    }

    @Override
    public boolean hasVerifiers() {
        return true;
    }

    @Override
    public void findUser(String name, Reply<UserRecord> reply) {
        UserRecord user = users.get(name);
        if (user == null) {
            reply.rejected(new Rejection(ErrorCode.NOT_FOUND, "There is no user of this name"));
        } else {
            reply.ok(user);
        }
    }

    /** Adds a user, or replaces the one of the same name. */
    public void put(UserRecord user) {
        users.put(user.name(), user);
        proven.remove(user.name());
    }

    public void remove(String name) {
        users.remove(name);
        proven.remove(name);
    }

    /** Makes these the only users. */
    public void replaceAll(Collection<UserRecord> all) {
        Set<String> gone = new HashSet<>(users.keySet());
        for (UserRecord user : all) {
            gone.remove(user.name());
            if (!user.equals(users.get(user.name()))) {
                put(user);
            }
        }
        gone.forEach(this::remove);
    }

    /** The record of a user, or null. */
    public @Nullable UserRecord find(String name) {
        return users.get(name);
    }

    @Override
    public boolean allowsAnonymous() {
        return allowsAnonymous;
    }

    @Override
    public void authenticate(String user, String password, Reply<Identity> reply) {
        UserRecord record = users.get(user);
        if (record != null && isProven(record, password)) {
            reply.ok(new Identity(record.name(), record.isAdmin()));
            return;
        }
        try {
            checks.execute(new Check(record, user, password, reply));
        } catch (RejectedExecutionException e) {
            reply.rejected(checks.isShutdown() ? CLOSED : BUSY);
        }
    }

    private boolean isProven(UserRecord record, String password) {
        byte[] hash = proven.get(record.name());
        return hash != null && MessageDigest.isEqual(hash, hashOf(record, password));
    }

    /** Covers the verifier, so that a hash made for an earlier password of the user never fits again. */
    private byte[] hashOf(UserRecord record, String password) {
        return Scram.hmac(provenKey, record.storedKey(), record.salt(), password.getBytes(StandardCharsets.UTF_8));
    }

    /** One password on its way through the queue. */
    private final class Check implements Runnable {
        private final @Nullable UserRecord record;
        private final String user;
        private final String password;
        private final Reply<Identity> reply;

        Check(@Nullable UserRecord record, String user, String password, Reply<Identity> reply) {
            this.record = record;
            this.user = user;
            this.password = password;
            this.reply = reply;
        }

        @Override
        public void run() {
            UserRecord known = record;
            boolean isRight = Scram.verify(known == null ? NOBODY : known, password);
            // The user may have been removed or changed meanwhile: then the old password is not good any more.
            if (known == null || !isRight || !known.equals(users.get(user))) {
                reply.rejected(WRONG);
                return;
            }
            proven.put(user, hashOf(known, password));
            reply.ok(new Identity(known.name(), known.isAdmin()));
        }

        void refuse() {
            reply.rejected(CLOSED);
        }
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static String randomPassword() {
        return new String(randomBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Refuses the checks that still wait; those that run are finished. */
    @Override
    public void close() {
        for (Runnable task : checks.shutdownNow()) {
            if (task instanceof Check check) {
                check.refuse();
            }
        }
    }
}
