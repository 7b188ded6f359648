// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
package io.postrider.conformance.kit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link Needs}. */
final class MissingProgram implements ExecutionCondition {
    /** How every allowed reason begins; the skip list refuses others. */
    static final String REASON = "missing program: ";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Needs> needs = context.getElement().flatMap(e -> AnnotationSupport.findAnnotation(e, Needs.class));
        if (needs.isEmpty()) {
            return ConditionEvaluationResult.enabled("needs no outside program");
        }
        for (OutsideProgram program : needs.get().value()) {
            if (program.missing().isPresent()) {
                return ConditionEvaluationResult.disabled(program.skipReason());
            }
        }
        return ConditionEvaluationResult.enabled("outside programs are here");
    }
}
