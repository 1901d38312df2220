"""The Python models of the video and sound chips: the specification that the C kernels are held against."""
