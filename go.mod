module users-brick

go 1.26.8
