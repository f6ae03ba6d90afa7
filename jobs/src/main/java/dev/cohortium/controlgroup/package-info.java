/**
 * Control groups (methods.md 6): {@link dev.cohortium.controlgroup.DesignControlGroupJob} draws
 * them, {@link dev.cohortium.controlgroup.ControlGroupJob} measures experiments drawn here or
 * elsewhere. The panel is read once; what is told of arms comes from sums that add.
 */
package dev.cohortium.controlgroup;
