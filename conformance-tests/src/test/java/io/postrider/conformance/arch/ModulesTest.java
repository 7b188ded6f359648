// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The star of modules, and which library belongs to whom. */
@AnalyzeClasses(packages = "io.postrider", importOptions = Code.class)
class ModulesTest {

    @ArchTest
    static final ArchRule API_KNOWS_ONLY_THE_JDK = classes()
            .that()
            .resideInAPackage(Code.API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(Code.API, "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule STORE_SEES_NO_OTHER_MODULE = noClasses()
            .that()
            .resideInAPackage(Code.STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(Code.CLUSTER, Code.AMQP, Code.JMS, Code.SERVER);

    @ArchTest
    static final ArchRule CLUSTER_SEES_ONLY_THE_STORE = noClasses()
            .that()
            .resideInAPackage(Code.CLUSTER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(Code.AMQP, Code.JMS, Code.SERVER)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule AMQP_SEES_NO_OTHER_MODULE = noClasses()
            .that()
            .resideInAPackage(Code.AMQP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(Code.CLUSTER, Code.STORE, Code.JMS, Code.SERVER);

    @ArchTest
    static final ArchRule JMS_SEES_ONLY_THE_CODEC_OF_AMQP = noClasses()
            .that()
            .resideInAPackage(Code.JMS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(Code.CLUSTER, Code.STORE, Code.SERVER, "io.postrider.amqp.server..");

    @ArchTest
    static final ArchRule VERTX_AND_NETTY_STAY_AT_THE_SERVING_EDGE =
            onlyIn(new String[] {"io.vertx..", "io.netty.."}, "io.postrider.amqp.server..", Code.SERVER);

    @ArchTest
    static final ArchRule PROTON_STAYS_IN_AMQP_AND_JMS =
            onlyIn(new String[] {"org.apache.qpid.proton.."}, Code.AMQP, Code.JMS);

    @ArchTest
    static final ArchRule SQL_STAYS_IN_THE_CATALOG =
            onlyIn(new String[] {"java.sql..", "javax.sql..", "org.hsqldb.."}, "io.postrider.store.catalog..");

    @ArchTest
    static final ArchRule JGROUPS_STAYS_IN_THE_CLUSTER = onlyIn(new String[] {"org.jgroups.."}, Code.CLUSTER);

    @ArchTest
    static final ArchRule CDI_STAYS_IN_THE_PROCESS =
            onlyIn(new String[] {"jakarta.enterprise..", "org.jboss.weld.."}, Code.SERVER);

    @ArchTest
    static final ArchRule JMS_API_STAYS_IN_THE_CLIENT_AND_THE_PROCESS =
            onlyIn(new String[] {"jakarta.jms.."}, Code.JMS, Code.SERVER);

    @ArchTest
    static final ArchRule LOGBACK_STAYS_IN_THE_PROCESS = onlyIn(new String[] {"ch.qos.logback.."}, Code.SERVER);

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("io.postrider.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PACKAGES_ARE_NAMED_BY_FEATURE = noClasses()
            .should()
            .resideInAnyPackage(
                    "..util..", "..utils..", "..impl..", "..helper..", "..helpers..", "..manager..", "..common..")
            .because("a name that fits everything says nothing (style.md §2)");

    private static ArchRule onlyIn(String[] libraries, String... homes) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }
}
