package dev.cohortium.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import dev.cohortium.config.World.Region;
import dev.cohortium.config.World.Selection;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorldReaderTest {
  private static World parse(String hocon, String... settings) {
    return WorldReader.parse(hocon, "club.conf", List.of(settings), Map.of());
  }

  private static String refusal(String hocon, String... settings) {
    Throwable thrown = catchThrowable(() -> parse(hocon, settings));
    assertThat(thrown).isInstanceOf(UserFault.class);
    return thrown.getMessage();
  }

  @Test
  void an_empty_file_is_the_documented_world() {
    World world = parse("");
    assertThat(world.customers()).isEqualTo(10_000);
    assertThat(world.start()).isEqualTo(YearMonth.of(2021, 1));
    assertThat(world.regions().keySet()).containsExactly("east", "north", "south", "west");
    assertThat(world.seasons()).hasSize(12);
    assertThat(world.joining().selection()).isEqualTo(Selection.HISTORY);
    assertThat(world.experiment().takesPlace()).isFalse();
  }

  @Test
  void regions_take_the_place_of_the_documented_ones_as_a_whole() {
    World world = parse("regions { north { launch-month = 3 } }");
    assertThat(world.regions()).isEqualTo(Map.of("north", new Region(1, 1, 3, 1)));
  }

  @Test
  void the_command_line_overrides_the_file() {
    assertThat(parse("customers = 5", "customers=7").customers()).isEqualTo(7);
    assertThat(refusal("", "customers=many"))
        .contains("customers = many (--customers): must be a whole number from 1 to 200000000");
  }

  @Test
  void every_problem_is_reported_together() {
    assertThat(
            refusal(
                """
                custmers = 5
                joining { selection = levle, hazard = 1 }
                effect { drop_out = 0.9 }
                pilot.stores = 9
                membership { silver = 10, gold = 5 }
                dirt { duplicates = 0.7, malformed = 0.7 }
                """))
        .isEqualTo(
            """
            World club.conf has 8 problems:
              joining.selection = levle (line 2): must be one of level, history, latent; did you mean level?
              joining.hazard = 1 (line 2): must be a number from 0 to 0.999
              dirt.duplicates = 0.7 (line 6): and the other shares of spoilt rows must sum to at most 1
              membership.gold = 5 (line 5): must be at least membership.silver
              pilot.stores = 9 (line 4): must be below the 4 of east: some stay as they are
              pilot.stores = 9 (line 4): must be below the 8 of north: some stay as they are
              pilot.stores = 9 (line 4): must be below the 6 of south: some stay as they are
              pilot.stores = 9 (line 4): must be below the 3 of west: some stay as they are
              custmers (line 1): is not a key here; did you mean customers?
              effect.drop_out (line 3): is not a key here; did you mean drop-out?
            conf/world-reference.conf describes every key."""
                .replace("has 8", "has 10"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "months = 1 | must be a whole number from 2 to 240",
        "regions = 5 | must be a section",
        "regions {} | must name at least one region",
        "regions.north.stroes = 2 | did you mean stores?",
        "channels {} | must name at least one",
        "categories { fresh.margin = 2 } | must be a number from 0 to 1",
        "effect.orders = 0 | must be a number from 0.01 to 10",
        "seasons.jan = -1 | must be a number from 0 to 10",
        "experiment.from-month = 0 | must be a whole number from 1 to 240",
        "customers = 200000000, replicates = 6 | times customers must be at most 1000000000",
        "months = 15 | months = 15 (line 1): must be above 18, when the programme begins in east",
        "regions.north.launch-month = 36 | must be below the 36 months of the world",
        "experiment { from-month = 36, control-share = 0.1 } | must be below the 36 months",
        "experiment.contact-lift = -1 | must be a number from 0 to 10",
        "pilot { stores = 1, from-month = 36 } | must be below the 36 months of the world",
        "pilot.stores = 3 | must be below the 3 of west: some stay as they are",
        "channels { web = 1 }, pilot.stores = 1 | needs a channel named store",
        "purchases.growth = 10, months = 120 | is more than 100,000 a month of one account",
        "truth.horizons = [0] | must be a whole number from 1 to 60",
        "truth.horizons = [] | is empty",
        "format = xml | must be one of csv, parquet",
        "include \"other.conf\" | A world is one file"
      })
  void what_is_wrong_is_said(String hocon, String sentence) {
    assertThat(refusal(hocon.replace(", replicates", "\nreplicates"))).contains(sentence);
  }

  @Test
  void what_does_not_take_place_need_not_begin() {
    assertThat(
            parse(
                    """
                months = 3, joining.hazard = 0
                experiment { from-month = 9, control-share = 0 }
                pilot { stores = 0, from-month = 9 }
                """)
                .months())
        .isEqualTo(3);
  }

  @Test
  void horizons_are_in_order_and_each_there_once() {
    assertThat(parse("truth.horizons = [12, 2, 12]").horizons()).containsExactly(2, 12);
    assertThat(parse("").horizons()).containsExactly(1, 3, 6, 12);
  }

  @Test
  void a_file_that_is_not_there_is_a_fault_that_names_it() {
    Throwable thrown =
        catchThrowable(() -> WorldReader.read(Path.of("no.conf"), List.of(), Map.of()));
    assertThat(thrown).hasMessage("There is no world no.conf. Name its file with --conf.");
  }

  @Test
  void the_parameters_hold_everything_and_are_a_world_again() {
    World world =
        parse("seed = 3, effect.orders = 1.5, regions.north.launch-month = 2", "customers=9");
    assertThat(ConfigFactory.parseString(world.parameters()).getDouble("effect.receipt"))
        .isEqualTo(1.03);
    assertThat(ConfigFactory.parseString(world.parameters()).getDouble("regions.north.strength"))
        .isEqualTo(1);
    assertThat(parse(world.parameters())).isEqualTo(world);
  }
}
