package dev.cohortium;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.cohortium.runtime.Frames;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.KeyValueGroupedDataset;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Who may import whom, and what only some places may do. */
@AnalyzeClasses(packages = "dev.cohortium", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] ROOMS = {
    "dev.cohortium.ingest..",
    "dev.cohortium.panel..",
    "dev.cohortium.cohorts..",
    "dev.cohortium.lookalike..",
    "dev.cohortium.controlgroup..",
    "dev.cohortium.beforeafter..",
    "dev.cohortium.evidence.."
  };

  @ArchTest static final ArchRule the_contracts_import_nothing_of_ours = onlyOurs("table");

  @ArchTest static final ArchRule statistics_import_nothing_of_ours = onlyOurs("stats");

  @ArchTest
  static final ArchRule the_study_knows_the_contracts = onlyOurs("config", "table", "stats");

  @ArchTest
  static final ArchRule the_runtime_knows_contracts_and_study =
      onlyOurs("runtime", "table", "config");

  @ArchTest
  static final ArchRule ingest_knows_no_other_room =
      onlyOurs("ingest", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule panel_knows_no_other_room =
      onlyOurs("panel", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule cohorts_knows_no_other_room =
      onlyOurs("cohorts", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule lookalike_knows_no_other_room =
      onlyOurs("lookalike", "evidence", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule control_group_knows_no_other_room =
      onlyOurs("controlgroup", "evidence", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule before_after_knows_no_other_room =
      onlyOurs("beforeafter", "evidence", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule what_comparisons_share_knows_none_of_them =
      onlyOurs("evidence", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule world_knows_no_other_room =
      onlyOurs("world", "runtime", "table", "stats", "config");

  @ArchTest
  static final ArchRule what_is_true_without_a_cluster_sees_no_spark =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.cohortium.table..", "dev.cohortium.stats..", "dev.cohortium.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.delta..", "scala..", "org.apache.hadoop..");

  @ArchTest
  static final ArchRule only_frames_caches =
      noClasses()
          .that(not(belongToAnyOf(Frames.class)))
          .should()
          .callMethodWhere(callOf(Dataset.class, "cache|persist|checkpoint|localCheckpoint"));

  @ArchTest
  static final ArchRule only_main_builds_the_session =
      noClasses()
          .that(not(belongToAnyOf(Main.class)))
          .should()
          .callMethodWhere(callOf(SparkSession.class, "builder"));

  @ArchTest
  static final ArchRule only_main_ends_the_program_and_asks_the_machine =
      noClasses()
          .that(not(belongToAnyOf(Main.class)))
          .should()
          .callMethodWhere(
              callOf(System.class, "exit|getenv|getProperty|currentTimeMillis|nanoTime"));

  @ArchTest
  static final ArchRule only_main_has_a_clock =
      noClasses()
          .that(not(belongToAnyOf(Main.class)))
          .should()
          .callMethodWhere(callOf(Clock.class, "system.*"))
          .orShould()
          .callMethodWhere(callOf(Instant.class, "now"))
          .orShould()
          .callMethodWhere(callOf(LocalDate.class, "now"))
          .orShould()
          .callMethodWhere(callOf(LocalDateTime.class, "now"))
          .orShould()
          .callMethodWhere(callOf(ZonedDateTime.class, "now"))
          .orShould()
          .callMethodWhere(
              callOf(functions.class, "current_date|current_timestamp|now|localtimestamp"));

  @ArchTest
  static final ArchRule nothing_is_drawn_but_by_a_hash =
      noClasses()
          .should()
          .callMethodWhere(callOf(functions.class, "rand|randn|shuffle|uuid|monotonically.*"))
          .orShould()
          .callMethodWhere(callOf(Math.class, "random"))
          .orShould()
          .dependOnClassesThat(belongToAnyOf(Random.class, UUID.class));

  /**
   * But for a world, which simulates each customer and writes what it finds, and for the sweeps of
   * comparisons, which go over a customer's history as a whole.
   */
  @ArchTest
  static final ArchRule column_functions_instead_of_functions_of_ours =
      noClasses()
          .that(not(resideInAPackage("dev.cohortium.world..").or(simpleName("Sweep"))))
          .should()
          .callMethodWhere(callOf(functions.class, "udf|udaf|callUDF"))
          .orShould()
          .callMethodWhere(callOf(Encoders.class, "bean|kryo|javaSerialization"))
          .orShould()
          .callMethodWhere(
              callOf(Dataset.class, "map|flatMap|mapPartitions|foreach.*|javaRDD|toJavaRDD|rdd"))
          .orShould()
          .callMethodWhere(callOf(KeyValueGroupedDataset.class, ".*"));

  @ArchTest
  static final ArchRule a_world_has_one_function_of_its_own_and_no_hidden_encoder =
      noClasses()
          .that()
          .resideInAPackage("dev.cohortium.world..")
          .should()
          .callMethodWhere(callOf(functions.class, "udf|udaf|callUDF"))
          .orShould()
          .callMethodWhere(callOf(Encoders.class, "bean|kryo|javaSerialization"))
          .orShould()
          .callMethodWhere(callOf(Dataset.class, "map|mapPartitions|foreach.*|javaRDD|rdd"));

  @ArchTest
  static final ArchRule rooms_write_nothing =
      noClasses()
          .that()
          .resideInAnyPackage(ROOMS)
          .should()
          .callMethodWhere(callOf(Dataset.class, "write|writeTo|writeStream"));

  /** Ingest collects counts, causes and outcomes; the others nothing. */
  @ArchTest
  static final ArchRule rooms_collect_nothing =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.cohortium.panel..", "dev.cohortium.cohorts..", "dev.cohortium.world..")
          .should()
          .callMethodWhere(callOf(Dataset.class, "collect|toLocalIterator|take|head|first|tail"));

  private static ArchRule onlyOurs(String room, String... known) {
    String[] packages = new String[known.length + 1];
    packages[0] = "dev.cohortium." + room + "..";
    for (int i = 0; i < known.length; i++) {
      packages[i + 1] = "dev.cohortium." + known[i] + "..";
    }
    DescribedPredicate<JavaClass> ours = resideInAPackage("dev.cohortium..");
    return classes()
        .that()
        .resideInAPackage(packages[0])
        .should()
        .onlyDependOnClassesThat(not(ours).or(resideInAnyPackage(packages)));
  }

  private static DescribedPredicate<JavaCall<?>> callOf(Class<?> owner, String methods) {
    return JavaCall.Predicates.target(owner(belongToAnyOf(owner)))
        .and(JavaCall.Predicates.target(nameMatching(methods)))
        .as("call %s.%s", owner.getSimpleName(), methods);
  }

  private static DescribedPredicate<com.tngtech.archunit.core.domain.properties.HasName>
      nameMatching(String methods) {
    return com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(methods);
  }
}
