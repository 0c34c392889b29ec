#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "temper/augment/pixels/frame.h"
#include "temper/corrupt/arrays/gaussian_filter.h"
#include "temper/corrupt/arrays/motion_filter.h"
#include "temper/corrupt/arrays/samples.h"
#include "temper/corrupt/arrays/zoom.h"

namespace temper::corrupt {

/// Memory of one thread, reused from image to image. A corruption may use all of it.
struct Workspace {
  Samples a, b, c, d;
  std::vector<std::uint8_t> marks;
  std::vector<std::pair<int, int>> points;
  std::vector<double> numbers;
  std::vector<float> floats;
  io::Image plane, other_plane, texture;
  GaussianFilter gaussian;
  MotionFilter motion;
  Zoom zoom;
  augment::Frame frame;
};

}  // namespace temper::corrupt
