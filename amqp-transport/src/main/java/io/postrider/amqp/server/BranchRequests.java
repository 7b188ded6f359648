// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.amqp.server;

import io.postrider.amqp.codec.ErrorConditions;
import io.postrider.amqp.engine.IncomingEndpoint;
import io.postrider.api.command.BranchId;
import io.postrider.api.error.ErrorCode;
import io.postrider.api.error.Rejection;
import io.postrider.api.port.BranchInfo;
import io.postrider.api.port.Branches;
import io.postrider.api.port.Reply;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * The two phases of global transactions on a control link: our extension of AMQP 1.0 part 4, described in docs/reference/xa-over-amqp.md. A request is a
 * map with an {@code operation}; its outcome is the answer. Owned by the connection's event loop.
 */
final class BranchRequests {
    static final Symbol CAPABILITY = Symbol.valueOf("POSTRIDER_XA");

    /** Key of the answer to recover: the names of the branches. */
    static final Symbol BRANCHES = Symbol.valueOf("x-opt-postrider-branches");

    private static final String OPERATION = "operation";
    private static final String BRANCH = "branch";
    private static final String TRANSACTION = "txn-id";

    private final ServerConnection connection;
    private final IncomingEndpoint endpoint;
    private final CoordinatorLink link;
    private final Branches branches;

    BranchRequests(ServerConnection connection, IncomingEndpoint endpoint, CoordinatorLink link, Branches branches) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.link = link;
        this.branches = branches;
    }

    void handle(int deliveryId, Map<?, ?> request) {
        Object operation = request.get(OPERATION);
        if ("recover".equals(operation)) {
            recover(deliveryId);
            return;
        }
        BranchId branch;
        try {
            branch = branch(request.get(BRANCH));
        } catch (IllegalArgumentException e) {
            link.refuse(deliveryId, new ErrorCondition(AmqpError.INVALID_FIELD, e.getMessage()));
            return;
        }
        switch (String.valueOf(operation)) {
            case "prepare" -> prepare(deliveryId, branch, request.get(TRANSACTION));
            case "commit" -> branches.commit(branch, false, new Done<>(deliveryId));
            case "rollback" -> branches.rollback(branch, false, new Done<>(deliveryId));
            case "forget" -> branches.forget(branch, new Done<>(deliveryId));
            default ->
                link.refuse(
                        deliveryId,
                        new ErrorCondition(
                                AmqpError.NOT_IMPLEMENTED,
                                "Expected operation prepare, commit, rollback, forget or recover, but found "
                                        + operation));
        }
    }

    private static BranchId branch(@Nullable Object value) {
        if (!(value instanceof Binary binary)) {
            throw new IllegalArgumentException("Expected branch to be a binary, but found " + value);
        }
        byte[] bytes = new byte[binary.getLength()];
        binary.asByteBuffer().get(bytes);
        return new BranchId(bytes);
    }

    private void prepare(int deliveryId, BranchId branch, @Nullable Object id) {
        PeerTransaction known = link.takeForEnd(deliveryId, id instanceof Binary binary ? binary : null);
        if (known != null) {
            known.discharge(() -> known.transaction().prepare(branch, new Done<>(deliveryId)));
        }
    }

    private void recover(int deliveryId) {
        branches.list(new Done<>(deliveryId));
    }

    /** Answers a request when the broker has answered. */
    private final class Done<T> implements Reply<T> {
        private final int deliveryId;

        Done(int deliveryId) {
            this.deliveryId = deliveryId;
        }

        @Override
        public void ok(T value) {
            DeliveryState answer = answer(value);
            connection.hand(() -> endpoint.settle(deliveryId, answer));
        }

        @Override
        public void rejected(Rejection rejection) {
            connection.hand(() -> {
                if (rejection.code() == ErrorCode.STORE_FAILED) {
                    link.fail(ErrorConditions.condition(rejection)); // no outcome, because it is not known
                } else {
                    link.refuse(deliveryId, ErrorConditions.condition(rejection));
                }
            });
        }
    }

    /** Accepted: done. Released: the transaction had nothing to decide on. Modified: the names that were asked for. */
    private static DeliveryState answer(Object value) {
        if (value instanceof List<?> list) {
            Modified names = new Modified();
            names.setMessageAnnotations(Map.of(
                    BRANCHES,
                    list.stream()
                            .map(info -> new Binary(((BranchInfo) info).id().toBytes()))
                            .toList()));
            return names;
        }
        return Boolean.FALSE.equals(value) ? Released.getInstance() : Accepted.getInstance();
    }
}
