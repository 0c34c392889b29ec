#pragma once
#include <cstddef>
#include <functional>

namespace temper::data {

/// Calls work(0), ..., work(n - 1), in as many threads as the machine has cores, eight at most.
/// After a failure no more is begun, and of the failures the one with the smallest index is thrown.
void for_each_index(std::size_t n, const std::function<void(std::size_t)>& work);

}  // namespace temper::data
