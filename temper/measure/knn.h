#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace temper::measure {

/// Classes by a vote of the k nearest neighbors by cosine similarity: the class that most of the k
/// known rows with the largest similarity have, of several the lowest; scikit-learn's
/// KNeighborsClassifier(metric="cosine"). Which of equally similar rows count as nearer is not
/// defined. A row of zeros is similar to none (0).
/// @param known    floating [n, d], finite
/// @param labels   int64 [n], >= 0
/// @param queries  of the same type, [m, d], finite
/// @param k        1 to n
/// @return int64 [m]
/// Throws Error{Code::data} otherwise.
at::Tensor nearest_neighbors(const at::Tensor& known, const at::Tensor& labels,
                             const at::Tensor& queries, std::int64_t k);

}  // namespace temper::measure
