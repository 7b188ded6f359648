// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;

/**
 * The core of the broker is deterministic: the same entries give the same state on every node and in every replay. So it sees
 * no clock, no random source, no thread, no file and no library but the bitmaps.
 */
@AnalyzeClasses(packages = "io.postrider", importOptions = Code.class)
class PureCoreTest {
    private static final String[] CORE = {
        "io.postrider.store.machine..",
        "io.postrider.store.queue..",
        "io.postrider.store.topic..",
        "io.postrider.store.dispatch..",
        "io.postrider.store.explain..",
        "io.postrider.store.codec.."
    };

    /** The bitmap library writes itself through these; no file is behind them. */
    private static final DescribedPredicate<JavaClass> STREAMS_IN_MEMORY = belongToAnyOf(
            ByteArrayInputStream.class,
            ByteArrayOutputStream.class,
            DataInput.class,
            DataInputStream.class,
            DataOutput.class,
            DataOutputStream.class,
            IOException.class,
            UncheckedIOException.class,
            Serializable.class);

    private static final DescribedPredicate<JavaClass> FILES_SOCKETS_CLOCKS_THREADS = resideInAnyPackage(
                    "java.io..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net..",
                    "java.sql..",
                    "java.time..",
                    "java.util.concurrent..")
            .and(not(STREAMS_IN_MEMORY))
            .as("are files, sockets, clocks or threads");

    @ArchTest
    static final ArchRule SEES_ONLY_API_AND_BITMAPS = classes()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(CORE)
                    .or(resideInAnyPackage(Code.API, "java..", "org.roaringbitmap..", "org.jspecify..")));

    @ArchTest
    static final ArchRule SEES_NO_WORLD =
            noClasses().that().resideInAnyPackage(CORE).should().dependOnClassesThat(FILES_SOCKETS_CLOCKS_THREADS);

    @ArchTest
    static final ArchRule ASKS_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);

    @ArchTest
    static final ArchRule THROWS_NO_DICE = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Random.class)
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(System.class, "identityHashCode", Object.class);

    @ArchTest
    static final ArchRule STARTS_NO_THREAD = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ThreadLocal.class);

    @ArchTest
    static final ArchRule NO_MUTABLE_STATICS = noFields()
            .that()
            .areDeclaredInClassesThat(resideInAPackage("io.postrider.."))
            .and()
            .areStatic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should()
            .notHaveModifier(JavaModifier.FINAL)
            .because("static state belongs to nobody (style.md §2)");
}
