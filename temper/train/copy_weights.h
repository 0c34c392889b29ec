#pragma once
#include <string>
#include <vector>

#include "temper/model/network.h"
#include "temper/model/pretrained.h"
#include "temper/train/pretrained_weights.h"

namespace temper::train {

/// Copies weights into a network, by the names of the tensors; the network keeps its number formats
/// and layouts. The last layer starts from zero where its outputs mean something else, so that the
/// first steps don't change the layers before it by random directions. A network for gray images
/// gets the sum of the first filters over the color channels, one for color images a third of the
/// gray filters for each channel. Buffers that count batches may be missing. Throws
/// Error{Code::data} for tensors that are missing, that the network does not have or that have
/// another shape, with their names, for whole numbers where the network has floating-point ones,
/// and for values that are not finite in the network's type.
/// @param outputs  names of the network's classes or regression targets
/// @param head     probe: the last layer is zero until a linear probe is fitted, in any case
/// @return a sentence for each deviation from an exact copy
std::vector<std::string> copy_weights(const PretrainedWeights& weights,
                                      const model::Network& network,
                                      const std::vector<std::string>& outputs,
                                      model::InitialHead head = model::InitialHead::automatic);

}  // namespace temper::train
