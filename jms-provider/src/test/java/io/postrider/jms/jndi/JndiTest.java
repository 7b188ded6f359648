// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.jms.jndi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.postrider.jms.PostriderConnectionFactory;
import io.postrider.jms.destination.PostriderQueue;
import io.postrider.jms.destination.PostriderTopic;
import jakarta.jms.ConnectionFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.OperationNotSupportedException;
import javax.naming.Referenceable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names from properties, and factories and destinations through references and serialization. */
class JndiTest {

    private static Context context(String... keysAndValues) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, PostriderInitialContextFactory.class.getName());
        for (int i = 0; i < keysAndValues.length; i += 2) {
            environment.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new InitialContext(environment);
    }

    @Test
    void namesAreThoseOfTheProperties() throws Exception {
        Context context = context(
                "connectionFactory.myFactory", "amqp://h:1?jms.clientID=c",
                "property.connectionfactory.myFactory.username", "me",
                "queue.orders", "shop.orders",
                "topic.prices", "shop.prices");

        PostriderConnectionFactory factory = (PostriderConnectionFactory) context.lookup("myFactory");
        assertEquals("amqp://h:1?jms.clientID=c", factory.getUri());
        assertEquals("me", factory.getReference().get("username").getContent());
        assertEquals(new PostriderQueue("shop.orders"), context.lookup("orders"));
        assertEquals(new PostriderTopic("shop.prices"), context.lookup("prices"));
        assertEquals(new PostriderQueue("any/name"), context.lookup("dynamicQueues/any/name"));
        assertEquals(new PostriderTopic("any"), context.lookup("dynamicTopics/any"));
        assertEquals(3, Collections.list(context.list("")).size());
        assertThrows(NameNotFoundException.class, () -> context.lookup("nothing"));
        assertThrows(OperationNotSupportedException.class, () -> context.bind("x", "y"));
    }

    @Test
    void withoutAFactoryThereIsADefaultOne() throws Exception {
        ConnectionFactory factory = (ConnectionFactory) context().lookup("ConnectionFactory");

        assertEquals(PostriderConnectionFactory.DEFAULT_URI, ((PostriderConnectionFactory) factory).getUri());
    }

    @Test
    void propertiesMayStandInAFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("jndi.properties");
        Files.writeString(file, "queue.q = from-file\n");

        assertEquals(
                new PostriderQueue("from-file"),
                context(Context.PROVIDER_URL, file.toUri().toString()).lookup("q"));
        assertThrows(NamingException.class, () -> context(Context.PROVIDER_URL, directory + "/missing"));
    }

    @Test
    void wrongUriIsRefusedWithItsName() {
        NamingException e = assertThrows(NamingException.class, () -> context("connectionfactory.bad", "amqp://h?x=1"));

        assertTrue(e.getMessage().contains("bad") && e.getMessage().contains("'x'"), e.getMessage());
    }

    private static Object throughReference(Referenceable object) throws Exception {
        var reference = object.getReference();
        Class<?> factory = Class.forName(reference.getFactoryClassName());
        assertEquals(PostriderObjectFactory.class, factory);
        return new PostriderObjectFactory().getObjectInstance(reference, null, null, null);
    }

    private static Object throughSerialization(Object object) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(object);
        return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    }

    @Test
    void referencesAndSerializationLeadBack() throws Exception {
        PostriderConnectionFactory factory = new PostriderConnectionFactory("u", "p", "amqp://h:2");
        for (Object back : new Object[] {throughReference(factory), throughSerialization(factory)}) {
            PostriderConnectionFactory same = assertInstanceOf(PostriderConnectionFactory.class, back);
            assertEquals("amqp://h:2", same.getUri());
            assertEquals("p", same.getReference().get("password").getContent());
        }
        PostriderQueue queue = new PostriderQueue("q");
        assertEquals(queue, throughReference(queue));
        assertEquals(queue, throughSerialization(queue));
        PostriderTopic topic = new PostriderTopic("q");
        assertEquals(topic, throughReference(topic));
        assertEquals(topic, throughSerialization(topic));
    }
}
