#pragma once
// LibTorch's ProcessGroupGloo.hpp includes this header of Gloo, and uses nothing of it. See
// gloo/rendezvous/store.h.
