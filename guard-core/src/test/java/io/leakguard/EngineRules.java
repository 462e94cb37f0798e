package io.leakguard;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;

/** Which of the engine's packages may import which. The root is a parameter, so that a test can show that a rule fails. */
final class EngineRules {

    private EngineRules() {}

    /** From the bottom: base, config, stack, track, detect, the engine that joins them, and the wrappers that call it. */
    static ArchRule layers(String root) {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("base")
                .definedBy(root + ".base..")
                .optionalLayer("config")
                .definedBy(root + ".config..")
                .optionalLayer("stack")
                .definedBy(root + ".stack..")
                .optionalLayer("track")
                .definedBy(root + ".track..")
                .optionalLayer("detect")
                .definedBy(root + ".detect..")
                .optionalLayer("wrap")
                .definedBy(root + ".wrap..")
                .optionalLayer("engine")
                .definedBy(root)
                .whereLayer("config")
                .mayOnlyBeAccessedByLayers("stack", "track", "detect", "engine", "wrap")
                .whereLayer("stack")
                .mayOnlyBeAccessedByLayers("track", "detect", "engine", "wrap")
                .whereLayer("track")
                .mayOnlyBeAccessedByLayers("detect", "engine", "wrap")
                .whereLayer("detect")
                .mayOnlyBeAccessedByLayers("engine")
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("wrap")
                .whereLayer("wrap")
                .mayNotBeAccessedByAnyLayer();
    }

    static ArchRule noCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }
}
