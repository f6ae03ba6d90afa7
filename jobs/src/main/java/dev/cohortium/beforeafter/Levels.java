package dev.cohortium.beforeafter;

import dev.cohortium.stats.CohortMoments;
import dev.cohortium.stats.GroupTimeEffects.Cell;
import dev.cohortium.stats.JoiningCohorts;
import dev.cohortium.stats.StaggeredDesign;
import dev.cohortium.stats.StaggeredDesign.Role;
import java.util.Map;

/** The means of those whom members are compared with, for one metric of one place. */
record Levels(JoiningCohorts cohorts, StaggeredDesign design, int metric) {
  /** The mean, in its month, of those whom a cohort is compared with. */
  double ofControls(Cell cell) {
    double sum = 0;
    long n = 0;
    for (Map.Entry<JoiningCohorts.Key, CohortMoments> entry : cohorts.moments().entrySet()) {
      JoiningCohorts.Key key = entry.getKey();
      Role role = design.role(cell.comparison(), key.joined(), key.acquired());
      if (role == Role.CONTROL) {
        n += entry.getValue().n();
        sum += entry.getValue().n() * entry.getValue().mean(metric, cell.month());
      }
    }
    return sum / n;
  }
}
