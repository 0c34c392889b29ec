#pragma once
#include <optional>
#include <string>
#include <vector>

#include "temper/report/html.h"

namespace temper::report {

/// Parallel coordinates, drawn without scripts: a vertical axis for each dimension, and a line
/// across all of them for each item.
struct ParallelPlot {
  struct Tick {
    double at = 0;  ///< from 0, the bottom of the axis, to 1
    std::string label;
  };
  struct Axis {
    std::string name;
    std::vector<Tick> ticks;
  };
  struct Line {
    std::string title;                      ///< shown under the pointer
    std::vector<std::optional<double>> at;  ///< on each axis, from 0 to 1; empty: it ends before
    double strength = 0;                    ///< from 0, faint, to 1
    bool best = false;
  };

  std::string title;  ///< for readers who do not see it
  std::vector<Axis> axes;
  std::vector<Line> lines;
};

/// Empty for less than two axes.
Html parallel_plot(const ParallelPlot& plot);

}  // namespace temper::report
