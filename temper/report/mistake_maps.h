#pragma once
#include <cstdint>
#include <vector>

#include "temper/io/format/safetensors.h"
#include "temper/io/image/image.h"
#include "temper/report/run.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"
#include "temper/train/tensors.h"

namespace temper::report {

/// Where in a test image the evidence for the class predicted is, see evaluate/grad_cam.h.
struct MistakeMap {
  std::int64_t row = 0;  ///< of Predictions
  io::Image overlay;     ///< the image as the network saw it, with the map over it
};

/// The maps of the run's most confident mistakes; none without these. The network is on the plan's
/// device. Throws as evaluate::grad_cam() and reading the images do.
std::vector<MistakeMap> mistake_maps(train::SavedModel& model, const train::Plan& plan,
                                     const Run& run);

/// The maps as tensors of a file: "cam" U8 [k, h, w, 3] and "cam.rows" I64 [k]; none without maps.
std::vector<train::Named> tensors_of(const std::vector<MistakeMap>& maps);

/// The maps in such a file; none where it has no such tensors. Throws Error{Code::data} for others
/// of these names.
std::vector<MistakeMap> read_maps(const io::Safetensors& file);

}  // namespace temper::report
