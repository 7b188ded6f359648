// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The Jakarta Messaging client. Proton-J is an automatic module under a name that its manifest promises, which is as good as
 * a descriptor for us: nothing of it is in our API.
 */
@SuppressWarnings("requires-automatic")
module io.postrider.jms {
    requires transitive jakarta.messaging;
    requires transitive java.naming;
    requires transitive java.transaction.xa;
    requires io.postrider.api;
    requires java.net.http;
    requires org.apache.qpid.proton.j;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.postrider.jms;
    exports io.postrider.jms.destination;
    exports io.postrider.jms.jndi;

    provides javax.naming.spi.InitialContextFactory with
            io.postrider.jms.jndi.PostriderInitialContextFactory;
    provides javax.naming.spi.ObjectFactory with
            io.postrider.jms.jndi.PostriderObjectFactory;
}
