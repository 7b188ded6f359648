// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms;

import io.postrider.jms.error.LostConnectionException;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.transport.DeliveryState;

/** How a transaction manager drives a session (Jakarta Messaging 3.1 §6.3, X/Open XA). Any thread. */
final class XaSessionResource implements XAResource {
    private static final Symbol BRANCHES = Symbol.valueOf("x-opt-postrider-branches");

    private final ClientXaSession session;
    private final XaWork work;

    XaSessionResource(ClientXaSession session, XaWork work) {
        this.session = session;
        this.work = work;
    }

    /** Something a manager asks for. */
    private interface Step {
        void run() throws JMSException, XAException;
    }

    private static void run(Step step) throws XAException {
        ask(() -> {
            step.run();
            return true;
        });
    }

    /** Something a manager asks. */
    private interface Question<T> {
        T run() throws JMSException, XAException;
    }

    private static <T> T ask(Question<T> step) throws XAException {
        try {
            return step.run();
        } catch (LostConnectionException e) {
            throw XaErrors.of(XAException.XAER_RMFAIL, "The connection is lost", e);
        } catch (JMSException e) {
            throw XaErrors.of(XAException.XAER_RMERR, "The broker did not do it", e);
        }
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        boolean joins = (flags & (TMJOIN | TMRESUME)) != 0;
        run(() -> work.start(BranchName.of(xid), joins));
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        run(() -> {
            List<Arrival> received = session.acknowledgements().takeAll();
            work.end(BranchName.of(xid), (flags & TMFAIL) != 0, ClientSession.inbounds(received));
            for (Arrival arrival : received) {
                arrival.consumer.detachIfDone();
            }
        });
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        return ask(() -> work.prepare(BranchName.of(xid))) ? XA_OK : XA_RDONLY;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        BranchName name = BranchName.of(xid);
        run(() -> {
            if (onePhase) {
                work.commitOnePhase(name);
            } else {
                XaErrors.check(work.ask("commit", name), "commit", name);
            }
        });
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        BranchName name = BranchName.of(xid);
        run(() -> {
            if (!work.rollBackOpen(name)) {
                XaErrors.check(work.ask("rollback", name), "roll back", name);
            }
        });
    }

    @Override
    public void forget(Xid xid) throws XAException {
        BranchName name = BranchName.of(xid);
        run(() -> XaErrors.check(work.ask("forget", name), "forget", name));
    }

    @Override
    public Xid[] recover(int flags) throws XAException {
        if ((flags & TMSTARTRSCAN) == 0) {
            return new Xid[0]; // all were given when the scan began
        }
        return ask(() -> names(work.ask("recover", null)));
    }

    private static Xid[] names(DeliveryState answer) throws XAException {
        Object names = answer instanceof Modified modified
                ? ((Map<?, ?>) modified.getMessageAnnotations()).get(BRANCHES)
                : null;
        if (!(names instanceof List<?> list)) {
            throw XaErrors.of(
                    XAException.XAER_RMERR, "Expected the names of branches, but the broker answered " + answer);
        }
        return list.stream().map(name -> BranchName.of(bytes((Binary) name))).toArray(Xid[]::new);
    }

    private static byte[] bytes(Binary binary) {
        byte[] bytes = new byte[binary.getLength()];
        binary.asByteBuffer().get(bytes);
        return bytes;
    }

    /** Branches of two sessions are not joined: each session is a resource of its own. */
    @Override
    public boolean isSameRM(XAResource other) {
        return other == this;
    }

    @Override
    public int getTransactionTimeout() {
        return 0;
    }

    /** The broker has one limit for all transactions. */
    @Override
    public boolean setTransactionTimeout(int seconds) {
        return false;
    }
}
