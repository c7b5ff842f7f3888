// Says that it is somebody else.

export default { id: 'somebody-else', register() {} };
