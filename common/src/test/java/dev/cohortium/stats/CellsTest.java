package dev.cohortium.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.cohortium.stats.Cell.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CellsTest {
  /** At most of each cell: a quick look, or, in the profile simulations, all. */
  private static final int REPLICATES = Integer.getInteger("simulations.replicates", 100);

  private static final boolean WRITES = REPLICATES >= Cell.Cost.ARITHMETIC.replicates;

  @Test
  void every_estimator_holds_what_it_claims() throws IOException {
    double level = Cells.level(Cells.ALL.size());
    long start = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    for (Cell cell : Cells.ALL) {
      outcomes.add(cell.run(REPLICATES, level));
    }
    if (WRITES) {
      CoveragePage.write(outcomes, (System.nanoTime() - start) / 1_000_000_000);
    }
    assertThat(outcomes.stream().filter(outcome -> !outcome.passes()).map(CoveragePage::row))
        .isEmpty();
  }

  @Test
  void the_page_names_every_cell() throws IOException {
    assumeFalse(WRITES);
    assertThat(Files.readString(CoveragePage.PATH))
        .contains(Cells.ALL.stream().map(CoveragePage::row).toList());
  }

  @Test
  void no_two_cells_have_one_name() {
    assertThat(Cells.ALL.stream().map(CoveragePage::row)).doesNotHaveDuplicates();
  }
}
