// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.spec.jms;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Turns a failure that a {@link KnownDeviation} announces into success, and an unexpected success into a failure. */
final class Deviations implements InvocationInterceptor {

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        JmsRun run = ((JmsSpecTest) method.getTarget().orElseThrow()).run;
        KnownDeviation known = known(method.getExecutable(), run);
        known = known == null ? known(method.getTargetClass(), run) : known;
        if (known == null) {
            invocation.proceed();
            return;
        }
        try {
            invocation.proceed();
        } catch (Throwable e) {
            context.publishReportEntry(run + " deviates", known.why());
            return;
        }
        throw new AssertionError("Expected " + run + " to deviate (" + known.why() + "), but it keeps the rule now");
    }

    private static KnownDeviation known(AnnotatedElement element, JmsRun run) {
        for (KnownDeviation each : element.getAnnotationsByType(KnownDeviation.class)) {
            if (each.run() == run) {
                return each;
            }
        }
        return null;
    }
}
