#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <variant>

#include "temper/semi/fixmatch.h"
#include "temper/semi/inputs.h"
#include "temper/semi/interpolation.h"
#include "temper/semi/mean_teacher.h"
#include "temper/semi/mixmatch.h"
#include "temper/semi/pseudo_label.h"

/// Semi-supervised training: what a step learns from images without labels.
namespace temper::semi {

/// Each has a function `row_losses(options, inputs)`.
using Method = std::variant<FixMatch, PseudoLabel, MeanTeacher, Interpolation, MixMatch>;

/// The views of an unlabeled image that are loaded.
Views views_of(const Method& method);

/// The number of views of an unlabeled image that are trained on.
std::int64_t trained_views(const Method& method);

/// The options of its teacher; null where it has none.
const TeacherOptions* teacher_of(const Method& method);

/// The share of some unlabeled images in the loss of the whole batch.
/// @param whole  number of unlabeled images of the batch
/// @return a scalar: the sum of the row losses by `whole`, times the weight
at::Tensor loss(const Method& method, const Inputs& inputs, double whole);

}  // namespace temper::semi

// Instantiated once, in method.cpp, because its code is large.
extern template temper::Slot temper::slot(temper::semi::Method& value);
