#pragma once
#include <string>
#include <utility>
#include <vector>

#include "temper/report/html.h"

namespace temper::report {

/// Lines over a logarithmic horizontal axis, drawn without scripts.
struct LinePlot {
  struct Line {
    std::string name;
    std::string style;  ///< class of study.css's lines: "thin" or "bold"
    std::vector<std::pair<double, double>> points;  ///< x > 0, finite
  };
  /// A vertical line with a label above it.
  struct Mark {
    double x = 0;
    std::string label;
  };

  std::string title;  ///< for readers who do not see it
  std::string x_name;
  std::string y_name;
  std::vector<Line> lines;
  std::vector<Mark> marks;
  double highest = 0;  ///< of the vertical axis: what lies above it is cut off; 0: all is shown
};

/// Empty where no line has two points.
Html line_plot(const LinePlot& plot);

/// Numbers at which an axis from low to high has its ticks: 1, 2 or 5 times a power of ten, about
/// `count` of them.
std::vector<double> ticks(double low, double high, int count = 5);

}  // namespace temper::report
